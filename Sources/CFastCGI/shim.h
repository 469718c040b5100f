/* libfcgi. fcgiapp.h alone: fcgi_stdio.h redefines stdio. */
#include <fcgiapp.h>

/* What a worker waits with; Swift's Glibc module leaves these three headers out. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

/* Bytes that wait to be read, or -1: ioctl(2) is variadic, and Swift calls no such function. */
#include <sys/ioctl.h>
static inline int fastcgi_unread_byte_count(int descriptor) {
    int count;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}
