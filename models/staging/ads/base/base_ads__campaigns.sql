{{ base_table('ads', 'campaigns') }}
