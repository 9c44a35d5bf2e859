{{ clear_values('shop', 'addresses') }}
