/**
 * <b>Flover: A Temporal Fusion Framework for Efficient Autoregressive Model Parallel Inference</b>
 * (arXiv 2305.13484).
 *
 * <p>Claim: one loop that always advances all live requests by a token serves 32 requests more than
 * 11 times (GPT) and 16 times (LLaMA) faster than one after the other. Equation: n requests of L
 * tokens take {@code n L} iterations of one row, or L iterations of n rows, so with c(n) the cost
 * of n rows over that of one the gain is at most {@code n / c(n)}. Requests that end leave holes;
 * the reordering of k live slots makes {@code k - max over windows of k slots of the live ones
 * inside} moves, the least there can be.
 *
 * <p>Read {@link dev.stretto.samplers.serving}: {@link
 * dev.stretto.samplers.serving.DecodeScheduler} (five schedulers as settings of one loop), {@link
 * dev.stretto.samplers.serving.Serving} (the loop), {@link
 * dev.stretto.samplers.serving.SlotCompactor} (reordering), {@link
 * dev.stretto.samplers.serving.NetworkEngine} (a network behind it); then {@link
 * dev.stretto.papers.flover.FloverStudy}.
 *
 * <p>Simplified: one device, prompts are read between iterations, no tensor parallelism; concurrent
 * instances cost n passes on the virtual clock. Notebook: {@code notebooks/01-batching.ipynb}, the
 * sections flover.
 */
package dev.stretto.papers.flover;
