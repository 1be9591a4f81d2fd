package dev.stretto.papers.judge;

import dev.stretto.models.TokenModel;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;

/**
 * Rules of acceptance on {@link StyledSums}: what each gains in tokens per pass and what it loses
 * in right answers.
 *
 * @param target whose answers count
 * @param draft that drafts them
 * @param prompts of the test
 * @param own the target's answers
 */
public record CheckedAnswers(TokenModel target, TokenModel draft, int[][] prompts, int[][] own) {
  /** Greedy, with room for a few tokens too many. */
  static final Decoder.Options OPTIONS =
      new Decoder.Options(StyledSums.ANSWER + 4, StyledSums.EOS, Sampling.greedy());

  /**
   * A test.
   *
   * @param target whose answers count
   * @param draft that drafts them
   * @param prompts of the test
   */
  public CheckedAnswers(TokenModel target, TokenModel draft, int[][] prompts) {
    this(target, draft, prompts, Decoder.decode(target, prompts, OPTIONS).tokens());
  }

  /**
   * A rule's gain and loss.
   *
   * @param rule its name
   * @param setting its threshold, NaN for none
   * @param drafts tokens drafted per pass
   * @param tau tokens per pass, bonus included
   * @param accuracy share of right answers
   * @param low of Wilson's interval of the accuracy, level .95
   * @param high of it
   * @param identical share of answers that are the target's own
   * @param lossless whether the output is the target's by construction
   */
  public record Outcome(
      String rule,
      double setting,
      int drafts,
      double tau,
      double accuracy,
      double low,
      double high,
      double identical,
      boolean lossless) {}

  /**
   * Answers under a rule.
   *
   * @param drafts tokens of a draft, a chain
   * @param verifier the rule
   * @return what was written
   */
  SpeculativeDecoder.Run decode(int drafts, Verifier verifier) {
    ModelDrafter drafter = new ModelDrafter(draft, TreeExpansion.chain(drafts));
    return SpeculativeDecoder.decode(target, prompts, OPTIONS, drafter, verifier);
  }

  /**
   * One rule.
   *
   * @param rule its name
   * @param setting its threshold, NaN for none
   * @param drafts tokens of a draft, a chain
   * @param verifier the rule
   * @return tokens per pass and accuracy
   */
  public Outcome run(String rule, double setting, int drafts, Verifier verifier) {
    SpeculativeDecoder.Run run = decode(drafts, verifier);
    long right = right(run.tokens());
    long identical =
        IntStream.range(0, prompts.length)
            .filter(i -> Arrays.equals(own[i], run.tokens()[i]))
            .count();
    ConfidenceInterval wilson =
        new WilsonScoreInterval().createInterval(prompts.length, (int) right, .95);
    return new Outcome(
        rule,
        setting,
        drafts,
        run.acceptance().lengthWithBonus(),
        (double) right / prompts.length,
        wilson.getLowerBound(),
        wilson.getUpperBound(),
        (double) identical / prompts.length,
        verifier.lossless());
  }

  /**
   * The outcome with the most tokens per pass among those that are right often enough; of held-out
   * prompts, so that the threshold is fixed before the test.
   *
   * @param outcomes of a sweep
   * @param accuracy the least share of right answers
   * @return the best; the most accurate where none is right often enough
   */
  public static Outcome choose(List<Outcome> outcomes, double accuracy) {
    return outcomes.stream()
        .filter(outcome -> outcome.accuracy() >= accuracy)
        .max(Comparator.comparingDouble(Outcome::tau))
        .or(() -> outcomes.stream().max(Comparator.comparingDouble(Outcome::accuracy)))
        .orElseThrow();
  }

  /**
   * A model's own answers.
   *
   * @param author who answers, greedily
   * @return new tokens of each prompt
   */
  @SuppressWarnings("ReferenceEquality") // the very target, whose answers are known
  public int[][] answers(TokenModel author) {
    return author == target ? own : Decoder.decode(author, prompts, OPTIONS).tokens();
  }

  /**
   * How often answers are right.
   *
   * @param answers one for each prompt
   * @return their number
   */
  public long right(int[][] answers) {
    return IntStream.range(0, prompts.length)
        .filter(i -> StyledSums.mistake(prompts[i], answers[i]) < 0)
        .count();
  }

  /**
   * Answers of several authors, labelled by the checker.
   *
   * @param authors who answer
   * @return one for each prompt and author
   */
  public List<LabelledAnswer> labelled(TokenModel... authors) {
    return Stream.of(authors)
        .map(this::answers)
        .flatMap(all -> IntStream.range(0, prompts.length).mapToObj(i -> labelled(i, all[i])))
        .toList();
  }

  private LabelledAnswer labelled(int i, int[] answer) {
    int mistake = StyledSums.mistake(prompts[i], answer);
    // a missing end is no token: what is there is right
    return new LabelledAnswer(prompts[i], answer, mistake == answer.length ? -1 : mistake);
  }
}
