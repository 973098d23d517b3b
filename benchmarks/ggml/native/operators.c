// One operator of ggml with its tensors, ready to be computed again and again; see Operator.cs, which calls this.
#include "ggml.h"
#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))
#define MOST_INPUTS 7

enum kind { GATED_DELTA_NET, GATED_DELTA_NET_OF_CHANNELS, WKV7 };

struct operator {
    struct ggml_context * context;
    ggml_backend_buffer_t buffer;
    struct ggml_tensor * inputs[MOST_INPUTS];
    struct ggml_tensor * output;
    struct ggml_cgraph * graph;
    struct ggml_cplan plan;
};

// One for all operators, as a model has; without it every computation would make one.
static struct ggml_threadpool * pool;
static int pool_threads;

static struct ggml_threadpool * pool_of(int threads) {
    if (pool_threads != threads) {
        if (pool) {
            ggml_threadpool_free(pool);
        }
        struct ggml_threadpool_params parameters = ggml_threadpool_params_default(threads);
        pool = ggml_threadpool_new(&parameters);
        pool_threads = threads;
    }
    return pool;
}

EXPORT void * operator_new(int kind, int channels, int heads, int tokens, int threads) {
    struct operator * x = calloc(1, sizeof *x);
    struct ggml_init_params parameters = { 64 * ggml_tensor_overhead() + ggml_graph_overhead() + (1 << 16), NULL, true };
    x->context = ggml_init(parameters);
    if (kind == WKV7) {
        // r, w, k, v, a, b, state
        for (int i = 0; i < 6; i++) {
            x->inputs[i] = ggml_new_tensor_3d(x->context, GGML_TYPE_F32, channels, heads, tokens);
        }
        x->inputs[6] = ggml_new_tensor_2d(x->context, GGML_TYPE_F32, (int64_t) channels * channels * heads, 1);
        x->output = ggml_rwkv_wkv7(x->context, x->inputs[0], x->inputs[1], x->inputs[2], x->inputs[3], x->inputs[4], x->inputs[5], x->inputs[6]);
    } else {
        // q, k, v, g, beta, state; one snapshot of the state, the final one
        for (int i = 0; i < 3; i++) {
            x->inputs[i] = ggml_new_tensor_4d(x->context, GGML_TYPE_F32, channels, heads, tokens, 1);
        }
        x->inputs[3] = ggml_new_tensor_4d(x->context, GGML_TYPE_F32, kind == GATED_DELTA_NET ? 1 : channels, heads, tokens, 1);
        x->inputs[4] = ggml_new_tensor_4d(x->context, GGML_TYPE_F32, 1, heads, tokens, 1);
        x->inputs[5] = ggml_new_tensor_4d(x->context, GGML_TYPE_F32, channels, channels, heads, 1);
        x->output = ggml_gated_delta_net(x->context, x->inputs[0], x->inputs[1], x->inputs[2], x->inputs[3], x->inputs[4], x->inputs[5], 1);
    }

    // Buffers of ggml's own, aligned as its kernels like them.
    x->buffer = ggml_backend_alloc_ctx_tensors_from_buft(x->context, ggml_backend_cpu_buffer_type());
    x->graph = ggml_new_graph_custom(x->context, 8, false);
    ggml_build_forward_expand(x->graph, x->output);
    x->plan = ggml_graph_plan(x->graph, threads, pool_of(threads));
    if (x->plan.work_size > 0) {
        x->plan.work_data = aligned_alloc(64, (x->plan.work_size + 63) / 64 * 64);
    }
    return x;
}

EXPORT float * operator_input(struct operator * x, int index) { return (float *) x->inputs[index]->data; }

EXPORT float * operator_output(struct operator * x) { return (float *) x->output->data; }

EXPORT int operator_run(struct operator * x) { return ggml_graph_compute(x->graph, &x->plan); }

EXPORT void operator_free(struct operator * x) {
    ggml_backend_buffer_free(x->buffer);
    ggml_free(x->context);
    free(x->plan.work_data);
    free(x);
}
