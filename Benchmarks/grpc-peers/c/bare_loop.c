// The floor: epoll, nghttp2 and protobuf-c, and nothing that makes a server: no limits, no deadlines, no metadata, no
// errors but exit. It answers every request on any path with its own message. In clear only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.pb-c.h"

enum { OUTPUT_LIMIT = 256 * 1024 };

struct connection {
  int descriptor;
  nghttp2_session *session;
  uint8_t output[OUTPUT_LIMIT + 32 * 1024];
  size_t begin, end;
};

struct call {
  uint8_t *bytes;
  size_t length, capacity, sent;
};

static void need(int condition, const char *what) {
  if (!condition) {
    perror(what);
    exit(1);
  }
}

#define FIELD(n, v) {(uint8_t *)(n), (uint8_t *)(v), sizeof(n) - 1, sizeof(v) - 1, \
                     NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE}

static ssize_t fill(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t length, uint32_t *flags,
                    nghttp2_data_source *source, void *owner) {
  (void)owner;
  struct call *call = source->ptr;
  size_t left = call->length - call->sent, count = left < length ? left : length;
  memcpy(buffer, call->bytes + call->sent, count);
  call->sent += count;
  if (call->sent == call->length) {
    static const nghttp2_nv trailers[] = {FIELD("grpc-status", "0")};
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    nghttp2_submit_trailer(session, stream, trailers, 1);
  }
  return (ssize_t)count;
}

static int headers_began(nghttp2_session *session, const nghttp2_frame *frame, void *owner) {
  (void)owner;
  nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, calloc(1, sizeof(struct call)));
  return 0;
}

static int data_received(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t count,
                         void *owner) {
  (void)flags, (void)owner;
  struct call *call = nghttp2_session_get_stream_user_data(session, stream);
  if (call->length + count > call->capacity) {
    call->capacity = 2 * (call->length + count);
    call->bytes = realloc(call->bytes, call->capacity);
  }
  memcpy(call->bytes + call->length, bytes, count);
  call->length += count;
  return 0;
}

static int frame_received(nghttp2_session *session, const nghttp2_frame *frame, void *owner) {
  (void)owner;
  if (frame->hd.type != NGHTTP2_DATA || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
  struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
  Bench__EchoMessage *request = bench__echo_message__unpack(NULL, call->length - 5, call->bytes + 5);
  need(request != NULL, "unpack");
  Bench__EchoMessage answer = BENCH__ECHO_MESSAGE__INIT;
  answer.body = request->body;
  size_t size = bench__echo_message__get_packed_size(&answer);
  uint8_t *bytes = malloc(size + 5);
  bytes[0] = 0;
  uint32_t length = htonl((uint32_t)size);
  memcpy(bytes + 1, &length, 4);
  bench__echo_message__pack(&answer, bytes + 5);
  bench__echo_message__free_unpacked(request, NULL);
  free(call->bytes);
  call->bytes = bytes;
  call->length = size + 5;
  static const nghttp2_nv head[] = {FIELD(":status", "200"), FIELD("content-type", "application/grpc")};
  nghttp2_data_provider provider = {.source.ptr = call, .read_callback = fill};
  nghttp2_submit_response(session, frame->hd.stream_id, head, 2, &provider);
  return 0;
}

static int stream_closed(nghttp2_session *session, int32_t stream, uint32_t code, void *owner) {
  (void)code, (void)owner;
  struct call *call = nghttp2_session_get_stream_user_data(session, stream);
  if (call) free(call->bytes);
  free(call);
  return 0;
}

static struct connection *accepted(int descriptor) {
  struct connection *connection = calloc(1, sizeof *connection);
  connection->descriptor = descriptor;
  int one = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, headers_began);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data_received);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_closed);
  nghttp2_session_server_new(&connection->session, callbacks, connection);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 256},
                                       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 256 * 1024},
                                       {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, 3);
  nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, 1024 * 1024);
  return connection;
}

// Returns whether the connection lives on.
static int serve(int poll, struct connection *connection) {
  static uint8_t input[64 * 1024];
  for (;;) {
    ssize_t count = connection->end > connection->begin ? -2 : read(connection->descriptor, input, sizeof input);
    if (count == 0 || (count == -1 && errno != EAGAIN)) return 0;
    if (count > 0 && nghttp2_session_mem_recv(connection->session, input, (size_t)count) < 0) return 0;
    for (;;) {
      const uint8_t *frame;
      ssize_t length = 0;
      while (connection->end - connection->begin < OUTPUT_LIMIT &&
             connection->end + 32 * 1024 < sizeof connection->output &&
             (length = nghttp2_session_mem_send(connection->session, &frame)) > 0) {
        memcpy(connection->output + connection->end, frame, (size_t)length);
        connection->end += (size_t)length;
      }
      if (connection->end == connection->begin) break;
      ssize_t written = send(connection->descriptor, connection->output + connection->begin,
                             connection->end - connection->begin, MSG_NOSIGNAL);
      if (written < 0 && errno != EAGAIN) return 0;
      if (written > 0) connection->begin += (size_t)written;
      if (connection->begin == connection->end) connection->begin = connection->end = 0;
      if (connection->end > 0) break;
    }
    struct epoll_event event = {.events = connection->end ? EPOLLOUT : EPOLLIN, .data.ptr = connection};
    if (count == (ssize_t)sizeof input && !connection->end) continue;
    epoll_ctl(poll, EPOLL_CTL_MOD, connection->descriptor, &event);
    if (count == -2 && !connection->end) continue;
    return nghttp2_session_want_read(connection->session) || nghttp2_session_want_write(connection->session);
  }
}

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  need(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 128) == 0, "listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event ready[64];
    int count = epoll_wait(poll, ready, 64, -1);
    for (int index = 0; index < count; index++) {
      struct connection *connection = ready[index].data.ptr;
      if (!connection) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (descriptor < 0) continue;
        struct epoll_event first = {.events = EPOLLIN, .data.ptr = accepted(descriptor)};
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &first);
      } else if (!serve(poll, connection)) {
        close(connection->descriptor);
        nghttp2_session_del(connection->session);
        free(connection);
      }
    }
  }
}
