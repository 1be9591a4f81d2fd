/**
 * <b>Training and Inference Efficiency of Encoder-Decoder Speech Models</b> (arXiv 2503.05931).
 *
 * <p>Claim: random mini-batches spend more than half of the computation on padding; buckets of like
 * duration and like transcript, with a searched batch size each, raise the mean batch five times;
 * and decoder layers moved to the encoder give three times the RTFx (seconds of audio per second of
 * compute) at equal accuracy. Equations: a batch of B cuts is computed as B cuts of its largest
 * shape, {@code padCost = 1 - sum of cost(T_i, u_i) / (B cost(T_max, U_max))}, over many batches a
 * ratio of sums; an encoder layer has 12 D^2 weights and runs once, a decoder layer 16 D^2 and runs
 * once per token, so 4 + 4 and 8 + 1 layers weigh the same and run {@code E + U D} layers one after
 * the other for U tokens.
 *
 * <p>Read {@link dev.stretto.samplers.batching} (bins, constraints, dynamic bucketing, the search
 * for batch sizes, packing), {@link dev.stretto.profilers.SpeechCost} and {@link
 * dev.stretto.profilers.PaddingProfiler} (the equation), {@link
 * dev.stretto.profilers.TailWorkerSimulator} (waiting ranks), then {@link
 * dev.stretto.papers.canaryefficiency.SamplingStudy} and {@link
 * dev.stretto.papers.canaryefficiency.DecoderShiftStudy}. The recognisers' recipes are {@link
 * dev.stretto.zoo.SharedModels#RECOGNISERS}, which streaming speech recognition shares.
 *
 * <p>Simplified: manifests are generated, memory is a model (a probe of real memory stands beside
 * it), recognisers have width 64 and learn synthetic speech or strings of recorded digits. Packing
 * is not in the paper: it is its rival. A WALL measure of training leaves one round out at a time,
 * since a single round holds few batches. Notebook: {@code notebooks/01-batching.ipynb}, the
 * sections canary-efficiency.
 */
package dev.stretto.papers.canaryefficiency;
