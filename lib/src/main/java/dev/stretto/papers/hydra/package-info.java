/**
 * <b>Hydra: Sequentially-Dependent Draft Heads for Medusa Decoding</b> (arXiv 2402.05109).
 *
 * <p>Claim: draft heads that see the tokens drafted before them decode 1.31 times faster than
 * Medusa's, which do not. Equation (section 3.1): with h_s the target's final state of the last
 * accepted token, y_1 the target's own next token and y_2, ... drafted ones, head i reads z = [h_s;
 * e(y_1); ..; e(y_i)] and gives the logits {@code V_i (SiLU(W_i z) + h_s)} of y_(i+1). Medusa's
 * heads read h_s alone. Hydra++ (section 4) has four blocks per head, learns the target's
 * distribution and puts an attention layer over all accepted states before the heads.
 *
 * <p>Read {@link dev.stretto.papers.hydra.HydraHeads}, their base class {@link
 * dev.stretto.papers.hydra.DraftHeads}, {@link dev.stretto.papers.hydra.HeadTreeDrafter} (a tree of
 * drafts, one call per depth), {@link dev.stretto.papers.hydra.HeadTraining}, {@link
 * dev.stretto.papers.hydra.HydraModels}, {@link dev.stretto.papers.hydra.HeadAccuracy} and {@link
 * dev.stretto.papers.hydra.HydraStudy}. Chimera uses all but the heads themselves.
 *
 * <p>Simplified: a small character model is the target; accepted lengths are counted on texts that
 * it wrote; speed is predicted for a 7B model, not measured. Deviation: at a temperature the trees
 * are verified without loss, where the paper uses typical acceptance. Notebook: {@code
 * notebooks/03-speculative-decoding.ipynb}, section hydra.
 */
package dev.stretto.papers.hydra;
