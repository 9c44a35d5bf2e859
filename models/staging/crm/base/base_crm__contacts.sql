{{ base_table('crm', 'contacts') }}
