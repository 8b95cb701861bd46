# Makes our four login roles and the database, as PostgreSQL's superuser, from the passwords in the environment.
# Run once: by compose's postgres at its first start, or by hand (docs/install.md). Passwords are letters, digits, - and _.
set -e
psql -v ON_ERROR_STOP=1 -U postgres <<SQL
SET log_statement = 'none';
CREATE ROLE alo_owner LOGIN PASSWORD '${ALO_OWNER_PASSWORD:?}';
CREATE ROLE alo_machine LOGIN PASSWORD '${ALO_MACHINE_PASSWORD:?}';
CREATE ROLE alo_console LOGIN PASSWORD '${ALO_CONSOLE_PASSWORD:?}';
CREATE ROLE alo_eraser LOGIN PASSWORD '${ALO_ERASER_PASSWORD:?}';
CREATE DATABASE alo OWNER alo_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE alo FROM PUBLIC;
GRANT CONNECT ON DATABASE alo TO alo_owner, alo_machine, alo_console, alo_eraser;
SQL
