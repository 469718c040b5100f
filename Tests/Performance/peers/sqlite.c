/* The same answers as warehoused's, in C: SQLite's own interface, one connection and two statements for each thread.
 * SQLite writes the JSON. Left out is what makes warehoused safe to run: it trusts each request's form, and the store.
 * gcc -O2 sqlite.c -lfcgi -lsqlite3 -lcrypto;  the statements are in the environment, ARGUMENT is the store */
#include "transport.h"
#include <openssl/sha.h>
#include <sqlite3.h>

struct look_ups {
    sqlite3_stmt *key, *connection;
};

static void *prepare(const char *store) {
    struct look_ups *look_ups = malloc(sizeof *look_ups);
    sqlite3 *database;
    if (sqlite3_open_v2(store, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, getenv("KEY_SQL"), -1, &look_ups->key, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, getenv("CONNECTION_SQL"), -1, &look_ups->connection, NULL) != SQLITE_OK) {
        fprintf(stderr, "sqlite: %s: %s\n", store, sqlite3_errmsg(database));
        exit(69);
    }
    return look_ups;
}

/* The organisation that the key of "Api-Key whc_<id, 12>_<secret, 43>_<checksum, 6>" opens, or 0. */
static sqlite3_int64 organisation_of(const char *authorization, sqlite3_stmt *look_up) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    if (strlen(authorization) != 75 || strncmp(authorization, "Api-Key whc_", 12) != 0) return 0;
    SHA256((const unsigned char *)authorization + 25, 43, digest);
    sqlite3_bind_text(look_up, 1, authorization + 12, 12, SQLITE_STATIC);
    sqlite3_bind_blob(look_up, 2, digest, sizeof digest, SQLITE_STATIC);
    sqlite3_int64 organisation = sqlite3_step(look_up) == SQLITE_ROW ? sqlite3_column_int64(look_up, 0) : 0;
    sqlite3_reset(look_up);
    return organisation;
}

static void answer(FCGX_Request *request, void *prepared) {
    struct look_ups *look_ups = prepared;
    sqlite3_int64 wanted = 0, opened = organisation_of(parameter(request, "HTTP_AUTHORIZATION"), look_ups->key);
    sscanf(parameter(request, "REQUEST_URI"), "/api/v1/organisations/%lld/", &wanted);
    if (opened == 0 || opened != wanted) {
        respond(request, opened ? "403 Forbidden" : "401 Unauthorized", "", "{}", 2);
        return;
    }
    sqlite3_bind_int64(look_ups->connection, 1, wanted);
    int found = sqlite3_step(look_ups->connection) == SQLITE_ROW;
    const char *body = found ? (const char *)sqlite3_column_text(look_ups->connection, 0) : "[]";
    int length = found ? sqlite3_column_bytes(look_ups->connection, 0) : 2;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char tag[33];
    SHA256((const unsigned char *)body, length, digest);
    for (int i = 0; i < 16; i++) sprintf(tag + 2 * i, "%02x", digest[i]);
    respond(request, "200 OK", tag, body, length);
    sqlite3_reset(look_ups->connection);
}
