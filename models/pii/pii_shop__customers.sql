{{ clear_values('shop', 'customers') }}
