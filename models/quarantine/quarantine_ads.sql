{{ quarantine('ads') }}
