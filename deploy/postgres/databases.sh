#!/bin/sh
# Runs when PostgreSQL's volume is new: a role and its databases for Temporal, and for Countersign an owner of its
# database and a narrow login per role. What each login may do is given by src/main/migrate.ts. Safe to run again, which
# also sets the passwords anew: docker compose exec postgres sh /docker-entrypoint-initdb.d/databases.sh
set -eu
secrets=${SECRETS_FOLDER:-/run/secrets}

as_admin() {
  psql --set=ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres "$@"
}

# login NAME: one that can log in and nothing else; its password is in the file NAME_db_password.
login() {
  as_admin --set=name="$1" --set=password="$(cat "$secrets/$1_db_password")" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
SQL
}

# database NAME OWNER: reached by its owner only.
database() {
  as_admin --set=name="$1" --set=owner="$2" <<'SQL'
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
SQL
}

login temporal
database temporal temporal
database temporal_visibility temporal

login countersign
database countersign countersign
for role in gateway workflows approvals executor operator; do
  login "countersign_$role"
  as_admin --set=name="countersign_$role" <<'SQL'
GRANT CONNECT ON DATABASE countersign TO :"name";
SQL
done
