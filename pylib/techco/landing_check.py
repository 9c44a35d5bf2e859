def check(*a, **k): return []
