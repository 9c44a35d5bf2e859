{{ clear_values('crm', 'contacts') }}
