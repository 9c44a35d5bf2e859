{{ quarantine('fx') }}
