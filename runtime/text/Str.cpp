// dg_str: the reference-counted text value.
#include "dagger/elements.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

dg_str *dg_str_new(const char *data, int64_t bytes) {
  auto *text = static_cast<dg_str *>(malloc(sizeof(dg_str) + size_t(bytes) + 1));
  if (!text) {
    fprintf(stderr, "out of memory for a text of %lld bytes\n", (long long)bytes);
    abort();
  }
  text->refs = 1;
  text->bytes = bytes;
  if (data && bytes)
    memcpy(text->data, data, size_t(bytes));
  text->data[bytes] = 0;
  return text;
}

dg_str *dg_str_retain(dg_str *text) {
  // Who retains holds a reference already, so the count can't reach zero meanwhile and needs no ordering.
  if (text && __atomic_load_n(&text->refs, __ATOMIC_RELAXED) >= 0)
    __atomic_fetch_add(&text->refs, 1, __ATOMIC_RELAXED);
  return text;
}

void dg_str_release(dg_str *text) {
  if (!text || __atomic_load_n(&text->refs, __ATOMIC_RELAXED) < 0)
    return;
  if (__atomic_fetch_sub(&text->refs, 1, __ATOMIC_ACQ_REL) == 1)
    free(text);
}

void dg_str_assign(dg_str **place, dg_str *text) {
  dg_str *before = *place;
  *place = dg_str_retain(text);
  dg_str_release(before);
}

void dg_str_clear(dg_str **places, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    dg_str_release(places[i]);
}
