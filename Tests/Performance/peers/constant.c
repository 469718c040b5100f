/* The limit: libfcgi, nginx and the kernel, and no work at all. Each answer is the same ARGUMENT bytes.
 * gcc -O2 constant.c -lfcgi */
#include "transport.h"

static char body[65536];

static void *prepare(const char *length) {
    memset(body, 'a', atoi(length));
    return NULL;
}

static void answer(FCGX_Request *request, void *prepared) {
    (void)prepared;
    respond(request, "200 OK", "0123456789abcdef0123456789abcdef", body, atoi(argument));
}
