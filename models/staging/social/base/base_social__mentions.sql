{{ base_table('social', 'mentions') }}
