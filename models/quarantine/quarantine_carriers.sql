{{ quarantine('carriers') }}
