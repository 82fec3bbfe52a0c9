#!/bin/sh
# Runs once, when PostgreSQL's volume is new: a role and its databases for Temporal, and for Countersign.
set -eu
secrets=${SECRETS_FOLDER:-/run/secrets}

psql --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set=temporal_password="$(cat "$secrets/temporal_db_password")" \
  --set=countersign_password="$(cat "$secrets/countersign_db_password")" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE ROLE countersign LOGIN PASSWORD :'countersign_password';
CREATE DATABASE countersign OWNER countersign;
-- Neither may look into the other's databases.
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, countersign FROM PUBLIC;
SQL
