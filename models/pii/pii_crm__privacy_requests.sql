{{ clear_values('crm', 'privacy_requests') }}
