/**
 * <b>Parallel Decoding via Hidden Transfer for Lossless Large Language Model Acceleration</b>
 * (arXiv 2404.12022).
 *
 * <p>Claim: pseudo states of future positions, refined by the remaining layers, draft several
 * tokens in one pass and beat the other single-model methods. Equation (section 3): after layer t
 * of L the state of position s becomes {@code p_j = W_j h_s + b_j} for j = 1 .. k; p_j runs through
 * layers t + 1 to L, sees the real positions up to s and p_1 .. p_(j-1), and the model's own head
 * makes of it the distribution of token s + j + 1. Only W_j and b_j are trained, on the sum over j
 * of the divergence from the model's own distribution at s + j. With t = L it is a linear Medusa,
 * the baseline here.
 *
 * <p>Read {@link dev.stretto.papers.hiddentransfer.HiddenTransfer}, {@code PseudoStateBackbone} (a
 * verifying pass that carries pseudo states), {@link
 * dev.stretto.papers.hiddentransfer.TransferDrafter}, {@link
 * dev.stretto.papers.hiddentransfer.TransferTraining}, {@link
 * dev.stretto.papers.hiddentransfer.TransferModels} and {@link
 * dev.stretto.papers.hiddentransfer.HiddenTransferStudy}.
 *
 * <p>Simplified: three offsets, a quarter of the positions per step, 160 steps. The best t below
 * the top is chosen on texts of the training split and scored on those of the test split. Notebook:
 * {@code notebooks/03-speculative-decoding.ipynb}, section hidden-transfer.
 */
package dev.stretto.papers.hiddentransfer;
