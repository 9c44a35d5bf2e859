{{ quarantine('web') }}
