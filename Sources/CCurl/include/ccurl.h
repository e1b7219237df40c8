#pragma once
// What Swift cannot call of libcurl: its variadic functions, one shim for each kind of argument.
#include <curl/curl.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef size_t (*ruleval_curl_callback)(char *bytes, size_t size, size_t count, void *user);

CURLcode ruleval_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ruleval_curl_set_size(CURL *handle, CURLoption option, curl_off_t value);
/// The string is copied; NULL resets the option.
CURLcode ruleval_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode ruleval_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode ruleval_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode ruleval_curl_set_callback(CURL *handle, CURLoption option, ruleval_curl_callback value);
/// The bytes are copied.
CURLcode ruleval_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t length);
/// Who opens and closes the sockets of its connections; `user` is handed to both.
CURLcode ruleval_curl_set_sockets(
    CURL *handle, curl_opensocket_callback open, curl_closesocket_callback close, void *user);
CURLcode ruleval_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode ruleval_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value);
CURLMcode ruleval_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);
/// Who is told which sockets to watch and when to come back; `user` is handed to both.
CURLMcode ruleval_curl_multi_set_callbacks(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *user);
/// Lets libcurl act on what is due, without looking at a socket.
CURLMcode ruleval_curl_multi_act_on_timeout(CURLM *multi);

/// Names a thread for debuggers and top; at most 15 characters.
void ruleval_thread_name(pthread_t thread, const char *name);

#ifdef __cplusplus
}
#endif
