#!/bin/sh
# Makes the namespace with its retention, and the search attributes by which requests are found. Safe to run again.
set -eu

# What is asked for stands here, whatever configuration the container's user has.
temporal_operator() {
  temporal operator "$@" --address "$TEMPORAL_ADDRESS" --disable-config-file --disable-config-env
}
operator() {
  temporal_operator "$@" --namespace "$NAMESPACE"
}

tries=0
until temporal_operator cluster health; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || exit 1
  sleep 1
done

if operator namespace describe >/dev/null 2>&1; then
  operator namespace update --retention "$RETENTION"
else
  operator namespace create --retention "$RETENTION" --description 'Countersign: approvals for AI agents'
fi

# A new namespace is not known everywhere at once.
tries=0
until present=$(operator search-attribute list); do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || exit 1
  sleep 1
done
for attribute in \
  CountersignAgent=Keyword \
  CountersignTools=KeywordList \
  CountersignRisk=Keyword \
  CountersignStatus=Keyword \
  CountersignOutcome=Keyword \
  CountersignNeedsHuman=Bool; do
  name=${attribute%%=*}
  case "$present" in
    *"$name"*) ;;
    *) operator search-attribute create --name "$name" --type "${attribute##*=}" ;;
  esac
done
