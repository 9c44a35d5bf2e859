{{ clear_values('surveys', 'nps_responses') }}
