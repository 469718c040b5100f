/* What the C peers share: the least that a FastCGI responder on libfcgi can do. Each thread accepts by itself and waits
 * for the listener and its one kept connection together, which gives way when a new one waits; nginx then sees a
 * connection that it has just kept closed, and asks once more. A kept request costs three system calls.
 *
 * The including file defines how a thread prepares and how it answers. argv: SOCKET THREADS ARGUMENT */
#define _GNU_SOURCE
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void *prepare(const char *argument);
static void answer(FCGX_Request *request, void *prepared);

static int listener, stop;
static const char *argument;

static const char *parameter(FCGX_Request *request, const char *name) {
    const char *value = FCGX_GetParam(name, request->envp);
    return value ? value : "";
}

/* Sends the header fields of warehoused. */
static void respond(FCGX_Request *request, const char *status, const char *tag, const char *body, int length) {
    char head[1024];
    int size = snprintf(head, sizeof head,
                        "Status: %s\r\nCache-Control: private, no-cache\r\nX-Content-Type-Options: nosniff\r\n"
                        "Referrer-Policy: no-referrer\r\nVary: Authorization, Origin\r\nX-Request-Id: %.64s\r\n"
                        "ETag: \"%s\"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                        status, parameter(request, "REQUEST_ID"), tag, length);
    FCGX_PutStr(head, size, request->out);
    FCGX_PutStr(body, length, request->out);
}

static void hang_up(FCGX_Request *request) {
    if (request->ipcFd < 0) return;
    shutdown(request->ipcFd, SHUT_RDWR);
    FCGX_Free(request, 1);
}

/* Takes a waiting connection, or returns -1 if another thread was faster: the listener does not block. */
static int take(FCGX_Request *request) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return -1;
    hang_up(request);
    struct timeval limit = {2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    request->ipcFd = fd;
    request->keepConnection = 1;  /* or FCGX_Accept_r closes the connection before it reads */
    return 0;
}

static void *work(void *unused) {
    (void)unused;
    void *prepared = prepare(argument);
    FCGX_Request request;
    FCGX_InitRequest(&request, -1, 0);
    for (;;) {
        struct pollfd wait[3] = {{stop, POLLIN, 0}, {listener, POLLIN, 0}, {request.ipcFd, POLLIN, 0}};
        poll(wait, 3, -1);  /* a negative descriptor is ignored */
        if (wait[2].revents == 0) {
            if (wait[0].revents) {
                hang_up(&request);
                return NULL;
            }
            if (take(&request) < 0) continue;
        }
        if (FCGX_Accept_r(&request) != 0) continue;  /* timed out or gone, and closed */
        char rest[4096];
        while (FCGX_GetStr(rest, sizeof rest, request.in) > 0) {}
        answer(&request, prepared);
        FCGX_Finish_r(&request);
    }
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "%s: wrong arguments: give SOCKET THREADS ARGUMENT\n", arguments[0]);
        return 64;
    }
    argument = arguments[3];
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    FCGX_Init();
    unlink(arguments[1]);
    listener = FCGX_OpenSocket(arguments[1], 1024);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    stop = eventfd(0, 0);
    int threads = atoi(arguments[2]), received;
    pthread_t workers[256];
    for (int i = 0; i < threads; i++) pthread_create(&workers[i], NULL, work, NULL);
    sigwait(&signals, &received);
    eventfd_write(stop, 1);
    for (int i = 0; i < threads; i++) pthread_join(workers[i], NULL);
    return 0;
}
