{{ base_table('surveys', 'nps_responses') }}
