{{ quarantine('reviews') }}
