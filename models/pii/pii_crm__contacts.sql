{{ config(unique_key='contact_id') }}
{{ clear_values('crm', 'contacts') }}
