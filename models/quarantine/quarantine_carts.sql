{{ quarantine('carts') }}
