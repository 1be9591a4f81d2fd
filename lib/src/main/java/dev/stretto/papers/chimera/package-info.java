/**
 * <b>Chimera: A Lossless Decoding Method for Accelerating Large Language Models Inference by Fusing
 * all Tokens</b> (arXiv 2402.15758).
 *
 * <p>Claim: a light drafter that sees every earlier token, drafted ones included, gives 2.7 times
 * lower latency. Equation: a trigram encoder makes {@code g = W (z + SiLU(M z))} of z =
 * [e(y_(j-2)); e(y_(j-1)); e(y_j)]; one attention layer over [h_1 .. h_s | f_(s+1) .. f_(s+j-1) |
 * g_j] makes f_(s+j), which stands for the target's state at the drafted token; head j gives {@code
 * V_j [h_s; f_(s+j)]}. The heads are trained on their own best tokens, with f drawn to the target's
 * states.
 *
 * <p>Read {@link dev.stretto.papers.chimera.NGramEncoder}, {@link
 * dev.stretto.papers.chimera.ChimeraHeads}, {@link dev.stretto.papers.chimera.ChimeraModels} and
 * {@link dev.stretto.papers.chimera.ChimeraStudy}. Trees, training and the baseline (Medusa) are
 * those of {@link dev.stretto.papers.hydra}.
 *
 * <p>Simplified: a small character model is the target; latency is predicted for a 7B model. The
 * published code's acceptance rule at a temperature changes the target's distribution and is left
 * out. Notebook: {@code notebooks/03-speculative-decoding.ipynb}, section chimera.
 */
package dev.stretto.papers.chimera;
