/* A slow link: carries IP packets between two network namespaces by two TUN devices, with a delay and a rate each way.
 *
 *   link NAMESPACE DEVICE DELAY_MS MBIT
 *
 * makes DEVICE here and in NAMESPACE (as `ip netns add` made it), says "ready" on standard output, and carries until it is
 * killed. The devices go with it. Each way has a queue of as many bytes as are under way at that rate in twice the delay,
 * and what does not fit is lost, as in a router. For kernels without `tc qdisc … netem`. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PACKET 1500
#define SLOTS 32768 /* a power of two */

struct packet {
	uint64_t due;
	int size;
	char bytes[PACKET];
};

struct way {
	int from, to;
	uint64_t delay_ns, free_at; /* when the wire has sent all that was given to it */
	double ns_a_byte;
	uint64_t most_queued_ns;
	struct packet *ring;
	uint64_t head, tail;
};

static void fail(const char *what) { perror(what); exit(1); }

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int device(const char *name) {
	struct ifreq ask = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	strncpy(ask.ifr_name, name, IFNAMSIZ - 1);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ask) < 0) fail(name);
	return fd;
}

static void *take(void *argument) {
	struct way *way = argument;
	for (;;) {
		uint64_t head = way->head;
		if (head - __atomic_load_n(&way->tail, __ATOMIC_ACQUIRE) == SLOTS) { usleep(100); continue; }
		struct packet *packet = &way->ring[head % SLOTS];
		packet->size = read(way->from, packet->bytes, PACKET);
		if (packet->size <= 0) fail("read");
		uint64_t at = now(), begin = way->free_at > at ? way->free_at : at;
		if (begin - at > way->most_queued_ns) continue;
		way->free_at = begin + (uint64_t)(packet->size * way->ns_a_byte);
		packet->due = way->free_at + way->delay_ns;
		__atomic_store_n(&way->head, head + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void *give(void *argument) {
	struct way *way = argument;
	for (;;) {
		if (__atomic_load_n(&way->head, __ATOMIC_ACQUIRE) == way->tail) { usleep(200); continue; }
		struct packet *packet = &way->ring[way->tail % SLOTS];
		uint64_t at = now();
		if (packet->due > at) { usleep((packet->due - at) / 1000 + 1); continue; }
		if (write(way->to, packet->bytes, packet->size) < 0) { /* the device is not up yet, or its queue is full */ }
		__atomic_store_n(&way->tail, way->tail + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void begin(int from, int to, double delay_ms, double mbit) {
	struct way *way = calloc(1, sizeof *way);
	pthread_t thread;
	*way = (struct way){.from = from, .to = to, .delay_ns = delay_ms * 1e6, .ns_a_byte = 8000 / mbit};
	way->most_queued_ns = 2 * way->delay_ns;
	way->ring = malloc(sizeof *way->ring * SLOTS);
	if (pthread_create(&thread, NULL, take, way) || pthread_create(&thread, NULL, give, way)) fail("thread");
}

int main(int count, char **words) {
	if (count != 5) { fprintf(stderr, "link NAMESPACE DEVICE DELAY_MS MBIT\n"); return 2; }
	char path[256];
	snprintf(path, sizeof path, "/var/run/netns/%s", words[1]);
	int here = device(words[2]), other = open(path, O_RDONLY | O_CLOEXEC);
	if (other < 0 || setns(other, CLONE_NEWNET) < 0) fail(path);
	int there = device(words[2]);
	prctl(PR_SET_TIMERSLACK, 1000); /* ns; threads take it over */
	begin(here, there, atof(words[3]), atof(words[4]));
	begin(there, here, atof(words[3]), atof(words[4]));
	puts("ready");
	fflush(stdout);
	pause();
}
