{{ base_table('crm', 'consents') }}
