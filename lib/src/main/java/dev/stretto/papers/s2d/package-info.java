/**
 * S2D: Sorted Speculative Decoding For More Efficient Deployment of Nested Large Language Models
 * (arXiv 2407.01955).
 *
 * <p><b>Claim.</b> One nested draft, trained once and for no particular target, serves several
 * targets better than any fixed exit, because each token leaves at the first exit that is sure
 * enough of it and the thresholds suit the target. The paper's draft is the first 12 layers of
 * Vicuna-7B with exits behind 6, 9 and 12; its targets have 7, 13 and 70 billion weights.
 *
 * <p><b>Equation.</b> Sorted training minimises L = (1/m) sum_i CE(head(norm(h^{e_i})), x): the
 * mean over the exits e_1 to e_m of the cross-entropy of the shared head on the normed stream after
 * e_i layers. A token leaves at the first exit i whose largest probability reaches theta_i. The
 * thresholds maximise tau / (1 + c work), with tau the tokens per pass of the target and c the time
 * of a draft token that goes to the top over that of a pass.
 *
 * <p><b>Reading order.</b> {@link dev.stretto.papers.s2d.SortedTraining} (the loss), {@link
 * dev.stretto.papers.s2d.ExitPolicy} (who leaves where), {@link
 * dev.stretto.papers.s2d.AdaptiveExitDrafter} (the draft), {@link dev.stretto.papers.s2d.ExitTrace}
 * (thresholds found without decoding), {@link dev.stretto.papers.s2d.NestedDraft} (the network and
 * its cache), {@link dev.stretto.papers.s2d.NestedModels} and {@link
 * dev.stretto.papers.s2d.S2dStudy}.
 *
 * <p><b>Simplified.</b> A draft of three layers of 96 on characters with an exit behind each,
 * drafts of four tokens; c is the draft's layers over the target's, since small passes here cost as
 * much as the layers they run. How the paper fills keys and values of skipped layers is not
 * confirmed: both ways of {@link dev.stretto.papers.s2d.KvFill} are here.
 *
 * <p><b>Deviations from the specification.</b> The third target is 12 layers of 96 and joins in
 * extended runs; in quick runs two targets (24 layers of 64, 4 of 128) stand for three. Thresholds
 * are chosen on prompts of their own and scored on others. The loss at the top exit is signed:
 * below zero sorted training is better there too. Three separately trained drafts and the target as
 * its own draft, which the authors rejected, are left out.
 *
 * <p>Notebook {@code notebooks/03-speculative-decoding.ipynb}, section 5, s2d.
 */
package dev.stretto.papers.s2d;
