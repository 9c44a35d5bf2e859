{{ config(materialized='view') }}
{{ parts('support', 'messages', 'attachments', staged_as='attachment_list') }}
