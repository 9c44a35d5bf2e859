{{ base_table('crm', 'privacy_requests') }}
