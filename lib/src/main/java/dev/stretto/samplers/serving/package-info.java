/**
 * Serving: one loop that advances all live requests by a token, under five schedulers.
 *
 * <p>Read {@link dev.stretto.samplers.serving.GenerationRequest} (what is asked), {@link
 * dev.stretto.samplers.serving.DecodeScheduler} (who joins, who runs together, who leaves), {@link
 * dev.stretto.samplers.serving.Serving} (the loop), {@link
 * dev.stretto.samplers.serving.SlotCompactor} (closing holes) and {@link
 * dev.stretto.samplers.serving.ServingReport} (what came out). Behind the loop is a {@link
 * dev.stretto.samplers.serving.SlotEngine}: exact counting, or a network. {@link
 * dev.stretto.samplers.serving.Workload} and {@link dev.stretto.samplers.serving.Arrivals} draw
 * requests.
 */
package dev.stretto.samplers.serving;
