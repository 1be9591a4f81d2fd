package dev.stretto.papers.judge;

import dev.stretto.experiments.Experiment;
import dev.stretto.experiments.Recipe;
import dev.stretto.metrics.Ranking;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.PerturbedModel;
import dev.stretto.papers.aggressive.TopBetaTolerance;
import dev.stretto.papers.judge.CheckedAnswers.Outcome;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.ProbabilityThreshold;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.TypicalAcceptance;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The judge beside rules that need no training, on styled sums. */
public final class JudgeStudy {
  private static final int DRAFTS = 16;
  private static final double LAMBDA = 10;
  private static final double THETA = .9;

  /** Accuracy that a threshold may lose on the held-out prompts. */
  private static final double MARGIN = .01;

  private final Experiment<?> lab;
  private final CausalLm target;
  private final Map<Long, Trial> trials = new HashMap<>();

  /**
   * A study.
   *
   * @param lab whose models they are
   * @param target {@link JudgeModels#TARGET} or {@link JudgeModels#NARROW}
   */
  public JudgeStudy(Experiment<?> lab, Recipe<JudgeModels.Config, CausalLm, int[][]> target) {
    this.lab = lab;
    this.target = target.get(lab);
  }

  /**
   * {@return the experiment with prompts and wrong digits of a seed, made once}
   *
   * @param seed of the lab
   */
  public Trial trial(long seed) {
    return trials.computeIfAbsent(seed, Trial::new);
  }

  /** A rule with its thresholds. */
  private record Rule(String name, DoubleFunction<Verifier> verifier, double... settings) {}

  /**
   * How a head tells right from wrong.
   *
   * @param feature what it reads
   * @param among which tokens
   * @param tokens how many
   * @param wrong how many of them are wrong
   * @param auc area under the curve
   * @param wrongFound share of the wrong ones that are refused at theta .9
   * @param rightRefused share of the right ones that are refused at theta .9
   */
  public record Detection(
      String feature,
      String among,
      int tokens,
      int wrong,
      double auc,
      double wrongFound,
      double rightRefused) {
    static Detection of(String feature, String among, JudgeHead head, JudgeHead.Samples samples) {
      double[] scores = Arrays.stream(samples.states()).mapToDouble(head::probability).toArray();
      int[] refused = new int[2];
      int right = 0;
      for (int i = 0; i < scores.length; i++) {
        int label = samples.right()[i] ? 1 : 0;
        right += label;
        refused[label] += scores[i] > THETA ? 0 : 1;
      }
      int wrong = scores.length - right;
      return new Detection(
          feature,
          among,
          scores.length,
          wrong,
          Ranking.auc(scores, samples.right()),
          (double) refused[0] / wrong,
          (double) refused[1] / right);
    }
  }

  /**
   * A misaligned token.
   *
   * @param token right or wrong
   * @param z what the head says
   */
  public record Logit(String token, double z) {}

  /**
   * A token of an answer.
   *
   * @param position in the answer, from 1
   * @param rule under which it was written
   * @param token in words
   * @param keptBy why it is there
   */
  public record Mark(int position, String rule, String token, String keptBy) {}

  /** One seed: prompts that fit the head, others that fix thresholds, others that are reported. */
  public final class Trial {
    private final TokenModel draft;
    private final CheckedAnswers held;
    private final CheckedAnswers test;
    private final JudgeHead head;
    private final List<Detection> detections;
    private final JudgeHead.Samples misaligned;
    private final List<Outcome> sweep = new ArrayList<>();
    private final List<Outcome> chosen = new ArrayList<>();
    private final Outcome bestWithout;
    private final JudgeHead.Samples samples;

    private Trial(long seed) {
      int unit = lab.preset().isSmoke() ? 10 : 100;
      int[][] prompts = StyledSums.prompts(SeedTree.of(seed).child("judge"), 10 * unit);
      int[] digits = IntStream.range(0, 10).toArray();
      draft = new PerturbedModel(JudgeModels.DRAFT.get(lab), digits, .1, seed);
      CheckedAnswers train = new CheckedAnswers(target, Arrays.copyOf(prompts, 5 * unit));
      held = new CheckedAnswers(target, Arrays.copyOfRange(prompts, 5 * unit, 7 * unit));
      test = new CheckedAnswers(target, Arrays.copyOfRange(prompts, 7 * unit, 10 * unit));
      List<LabelledAnswer> labelled = train.labelled(draft, target);
      samples = JudgeHead.samples(target, labelled, 0);
      head = JudgeHead.fit(samples, LAMBDA, 0);
      JudgeHead early = JudgeHead.fit(JudgeHead.samples(target, labelled, -1), LAMBDA, 0);
      JudgeHead noise = JudgeHead.fit(samples.shuffled(SeedTree.of(seed).rng()), LAMBDA, 0);
      JudgeHead.Samples tokens = JudgeHead.samples(target, test.labelled(draft), 0);
      JudgeHead.Samples before = JudgeHead.samples(target, test.labelled(draft), -1);
      misaligned = tokens.misaligned();
      detections =
          List.of(
              Detection.of("state at the token", "all", head, tokens),
              Detection.of("state at the token", "misaligned", head, misaligned),
              Detection.of("state before it", "misaligned", early, before.misaligned()),
              Detection.of("shuffled labels", "all", noise, tokens));
      Rule judge = new Rule("judge", this::judge, .5, .7, .8, .85, .9, .95, .99, .999);
      Rule likely = new Rule("p >= epsilon", ProbabilityThreshold::new, .1, .03, .01, 1e-3, 1e-4);
      Rule top =
          new Rule("top k", k -> new TopBetaTolerance((int) k, Double.POSITIVE_INFINITY), 2, 3, 5);
      List<Outcome> picks = Stream.of(judge, likely, top).map(this::choose).toList();
      Outcome better = CheckedAnswers.choose(picks.subList(1, 3), floor());
      bestWithout = tested(better.rule(), better.setting());
      Rule alone = new Rule("judge without the match", this::alone, theta());
      sweep.addAll(outcomes(test, alone));
      chosen.add(sweep.getLast());
    }

    private double floor() {
      return accuracy(held) - MARGIN;
    }

    /** Sweeps a rule over the test; its setting is the best one of the held-out prompts. */
    private Outcome choose(Rule rule) {
      Outcome best = CheckedAnswers.choose(outcomes(held, rule), floor());
      sweep.addAll(outcomes(test, rule));
      chosen.add(tested(rule.name(), best.setting()));
      return best;
    }

    private List<Outcome> outcomes(CheckedAnswers on, Rule rule) {
      return on.sweep(rule.name(), DRAFTS, chain(DRAFTS), rule.verifier(), rule.settings());
    }

    private Outcome tested(String rule, double setting) {
      return sweep.stream()
          .filter(outcome -> outcome.rule().equals(rule) && outcome.setting() == setting)
          .findFirst()
          .orElseThrow();
    }

    private double accuracy(CheckedAnswers answers) {
      return (double) answers.right(answers.own()) / answers.prompts().length;
    }

    private ModelDrafter chain(int drafts) {
      return new ModelDrafter(draft, TreeExpansion.chain(drafts));
    }

    private Verifier judge(double theta) {
      return new JudgeOrExactMatch(head, theta, StyledSums.EOS);
    }

    private Verifier alone(double theta) {
      return new JudgeOrExactMatch(head, theta, StyledSums.EOS, false);
    }

    private double theta() {
      return chosen.getFirst().setting();
    }

    private Outcome all() {
      return test.run("accept all", 0, DRAFTS, chain(DRAFTS), new ProbabilityThreshold(0));
    }

    private List<Outcome> standard() {
      return IntStream.of(4, 8, DRAFTS)
          .mapToObj(k -> test.run("standard", Double.NaN, k, chain(k), new ExactMatch()))
          .toList();
    }

    /** {@return how heads do on the tokens of the draft's answers to the test's prompts} */
    public List<Detection> detections() {
      return detections;
    }

    /** {@return z of each of these tokens that is not the target's best} */
    public List<Logit> logits() {
      return IntStream.range(0, misaligned.right().length)
          .mapToObj(
              i ->
                  new Logit(
                      misaligned.right()[i] ? "right, another style" : "wrong digit",
                      head.logit(misaligned.states()[i])))
          .toList();
    }

    /** {@return share of right answers of the target alone} */
    public double targetAccuracy() {
      return accuracy(test);
    }

    /** {@return each rule at each threshold, K = 16} */
    public List<Outcome> sweep() {
      return sweep;
    }

    /** {@return rules at the settings of the held-out prompts, beside those without a setting} */
    public List<Outcome> rows() {
      List<Outcome> rows = new ArrayList<>(standard());
      rows.add(all());
      Verifier typical = new TypicalAcceptance(.09, .3);
      rows.add(test.run("typical", .09, DRAFTS, chain(DRAFTS), typical));
      rows.addAll(chosen);
      for (double[] how : new double[][] {{1, 0}, {1, 2}, {LAMBDA, 2}}) {
        JudgeHead other = JudgeHead.fit(samples, how[0], how[1]);
        String name = "judge, lambda %.0f, gamma %.0f".formatted(how[0], how[1]);
        Verifier rule = new JudgeOrExactMatch(other, THETA, StyledSums.EOS);
        rows.add(test.run(name, THETA, DRAFTS, chain(DRAFTS), rule));
      }
      return rows;
    }

    /** {@return one answer under three rules, token by token} */
    public List<Mark> marks() {
      int[][] drafted = test.answers(draft);
      int shown =
          IntStream.range(0, drafted.length)
              .filter(i -> StyledSums.mistake(test.prompts()[i], drafted[i]) >= 0)
              .findFirst()
              .orElse(0);
      int[] prompt = test.prompts()[shown];
      List<Mark> marks = new ArrayList<>();
      mark(marks, prompt, "standard", new ExactMatch());
      mark(marks, prompt, "judge", judge(theta()));
      mark(marks, prompt, "accept all", new ProbabilityThreshold(0));
      return marks;
    }

    private void mark(List<Mark> marks, int[] prompt, String rule, Verifier verifier) {
      SpeculativeDecoder.Run run =
          SpeculativeDecoder.decode(
              target, new int[][] {prompt}, CheckedAnswers.OPTIONS, chain(DRAFTS), verifier);
      int[] tokens = run.tokens()[0];
      LabelledAnswer answer = new LabelledAnswer(prompt, tokens, -1);
      boolean[] matches = JudgeHead.samples(target, List.of(answer), 0).aligned();
      Set<Integer> ends = new HashSet<>();
      int end = -1;
      for (int length : run.acceptance().lengths()) {
        ends.add(end += length);
      }
      for (int i = 0; i < tokens.length; i++) {
        String why = ends.contains(i) ? "target's own" : matches[i] ? "match" : "the rule alone";
        marks.add(new Mark(i + 1, rule, StyledSums.text(tokens[i]), why));
      }
    }

    /** {@return tokens per pass of the judge over the standard rule at its best K} */
    public double tauGain() {
      double best = standard().stream().mapToDouble(Outcome::tau).max().orElseThrow();
      return chosen.getFirst().tau() / best;
    }

    /** {@return points of accuracy that the judge loses against the target alone} */
    public double lost() {
      return 100 * (targetAccuracy() - chosen.getFirst().accuracy());
    }

    /** {@return points of accuracy that the judge is above keeping every draft} */
    public double overAcceptAll() {
      return 100 * (chosen.getFirst().accuracy() - all().accuracy());
    }

    /** {@return tokens per pass of judge or match over the judge alone, at the same theta} */
    public double matchGain() {
      return chosen.getFirst().tau() / chosen.getLast().tau();
    }

    /** {@return area under the curve among misaligned tokens, minus that of the state before} */
    public double overEarly() {
      return detections.get(1).auc() - detections.get(2).auc();
    }

    /** {@return how far from .5 the area of a head is that learned from shuffled labels} */
    public double noiseDistance() {
      return Math.abs(detections.getLast().auc() - .5);
    }

    /** {@return tokens per pass over those of the best rule without a head, both chosen alike} */
    public double overThreshold() {
      return chosen.getFirst().tau() / bestWithout.tau();
    }
  }
}
