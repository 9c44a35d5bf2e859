{{ quarantine('shop') }}
