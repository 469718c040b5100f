/* libcurl. Its macros that check types are for C alone: here the functions below do. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* curl_easy_setopt(3) and curl_easy_getinfo(3) are variadic, and Swift calls no such function: one for each type. */

/* Numbers and switches. */
static inline CURLcode curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/* Texts, which libcurl copies; NULL for none. */
static inline CURLcode curl_set_text(CURL *handle, CURLoption option, const char *text) {
    return curl_easy_setopt(handle, option, text);
}

/* Lists, which libcurl does not copy: they outlive the transfer. */
static inline CURLcode curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(handle, option, list);
}

/* Bytes, which libcurl copies if their flags say so. */
static inline CURLcode curl_set_blob(CURL *handle, CURLoption option, struct curl_blob *blob) {
    return curl_easy_setopt(handle, option, blob);
}

/* A request's body, which libcurl copies: its size first, or a NUL would end it. Without bytes it would read standard
   input. */
static inline CURLcode curl_set_body(CURL *handle, const void *bytes, curl_off_t count) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, count);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes ? bytes : "") : code;
}

/* What takes the answer's body, and its context. */
static inline CURLcode curl_set_writer(CURL *handle, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, function);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}

/* What takes each line of the answer's head and of its trailer, and its context. */
static inline CURLcode curl_set_header_reader(CURL *handle, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, function);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_HEADERDATA, context) : code;
}

/* What makes the socket for an address, and its context. */
static inline CURLcode curl_set_socket_opener(CURL *handle, curl_opensocket_callback function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context) : code;
}

/* CURL_ERROR_SIZE characters that take the words of an error; NULL for none. */
static inline CURLcode curl_set_error_buffer(CURL *handle, char *words) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
}

/* Numbers; 0 for what is not known. */
static inline long curl_get_number(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

/* Times in microseconds; 0 for what was not reached. */
static inline curl_off_t curl_get_time(CURL *handle, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}
