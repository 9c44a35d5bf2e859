{{ quarantine('social') }}
