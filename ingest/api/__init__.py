"""Pages of APIs, and files of partners, into the landing zone; dlt and fsspec fetch them."""
