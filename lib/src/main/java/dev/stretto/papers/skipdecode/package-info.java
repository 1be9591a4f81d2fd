/**
 * SkipDecode: Autoregressive Skip Decoding with Batching and Caching for Efficient LLM Inference
 * (arXiv 2307.02628). Lossy.
 *
 * <p><b>Claim.</b> Exit points that depend on the position alone, the same for the whole batch and
 * never rising, decode 2 to 5 times as fast with hardly any loss (OPT of 1.3 and 6.7 billion
 * weights); lower layers are skipped rather than the top cut off.
 *
 * <p><b>Equation.</b> In the prompt all L layers run; at generated position p, e(p) = round(e_max +
 * (e_min - e_max)(p - P) / (T - 1 - P)). Layer l runs if l &lt; w or l &gt;= L - (e(p) - w), with w
 * layers of warm-up. Since e never rises, the positions where a layer runs are the first T_l, and
 * it finds the keys and values of all that came before.
 *
 * <p><b>Reading order.</b> {@link dev.stretto.papers.skipdecode.LayerSchedule} (which layers run
 * where), {@link dev.stretto.papers.skipdecode.SkipModel} (decoding and the parallel pass under a
 * schedule), {@link dev.stretto.papers.skipdecode.SkipFineTuning} (the loss), {@link
 * dev.stretto.papers.skipdecode.SkipModels} (what is trained), {@link
 * dev.stretto.papers.skipdecode.SkipDecodeStudy}.
 *
 * <p><b>Simplified.</b> A character model of Java code, 12 layers of 32, tuned for 160 steps; all
 * prompts have 32 characters, so that no row is padded. Loss is teacher-forced: a text that goes
 * astray early has no way back. Exits token by token are untaught layers of the reference.
 *
 * <p><b>Deviations from the specification.</b> Schedules 8 to 4 and 6 to 2 alone, up to position
 * 128; Java code instead of five tasks, and records told in three sentences in extended runs. The
 * rule of half bottom, half top is left out. A gap between rules is the lesser of both budgets, in
 * the mean over seeds.
 *
 * <p>Notebook {@code notebooks/03-speculative-decoding.ipynb}, section 11, skipdecode.
 */
package dev.stretto.papers.skipdecode;
