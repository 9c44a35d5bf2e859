{{ quarantine('surveys') }}
