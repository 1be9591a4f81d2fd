/**
 * How tokens come out of a model, for all methods that append tokens.
 *
 * <p>Speculative decoding in reading order: {@link
 * dev.stretto.samplers.decoding.SpeculativeSampling} (keep a drafted token or replace it: the rule
 * of Leviathan et al., one equation a line), {@link dev.stretto.samplers.decoding.AcceptanceRule}
 * (what such a rule is) and {@link dev.stretto.samplers.decoding.RecursiveRejection} (several
 * candidates), {@link dev.stretto.samplers.decoding.ExactMatch} (the rule for candidates that were
 * not drawn), {@link dev.stretto.samplers.decoding.Verifier} (which path of a draft tree is kept; a
 * rule of your own is a class of ten lines), {@link
 * dev.stretto.samplers.decoding.SequenceVerifier}, {@link dev.stretto.samplers.decoding.Drafter}
 * (who proposes; drafters are in {@link dev.stretto.samplers.drafting} and in the papers), and
 * {@link dev.stretto.samplers.decoding.SpeculativeDecoder}, the one loop. {@link
 * dev.stretto.samplers.decoding.Acceptance} is its report.
 *
 * <p>{@link dev.stretto.samplers.decoding.Decoder} is plain cached decoding, {@link
 * dev.stretto.samplers.decoding.BeamSearch} and {@link dev.stretto.samplers.decoding.Transcriber}
 * stand beside it.
 */
package dev.stretto.samplers.decoding;
