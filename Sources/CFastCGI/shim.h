/* libfcgi. fcgiapp.h alone: fcgi_stdio.h redefines stdio. */
#include <fcgiapp.h>

/* What a worker waits with; Swift's Glibc module leaves these three headers out. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
