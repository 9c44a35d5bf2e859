{{ quarantine('wms') }}
