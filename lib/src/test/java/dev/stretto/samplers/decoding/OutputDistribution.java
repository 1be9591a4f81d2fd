package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.ContextModel;
import dev.stretto.samplers.decoding.Drafter.Drafting;
import dev.stretto.samplers.decoding.Drafter.Row;
import dev.stretto.samplers.decoding.Verifier.Decision;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The exact distribution of what a drafter and a verifier put out, without sampling: every decision
 * of a pass is taken every way it can go, each with its probability, and the text is completed by
 * the target. A lossless pair gives the target's own distribution.
 */
public final class OutputDistribution {
  private OutputDistribution() {}

  /**
   * Distributions of a tree under an exact model, in double precision.
   *
   * @param model the target
   * @param text prompt and output, the pending token last
   * @param draft the tree behind it
   * @param sampling how tokens are picked
   * @return the distributions
   */
  public static NodeDistributions exact(
      ContextModel model, int[] text, Draft draft, Sampling sampling) {
    int nodes = draft.tree().size();
    double[][] logProbs = new double[nodes][];
    int[] best = new int[nodes];
    for (int node = 0; node < nodes; node++) {
      int[] path = draft.tree().path(node);
      int[] all = Arrays.copyOf(text, text.length + path.length - 1);
      for (int i = 1; i < path.length; i++) {
        all[text.length + i - 1] = draft.tree().tokens()[path[i]];
      }
      int from = Math.max(0, all.length - model.reach());
      logProbs[node] = model.logProbs(Arrays.copyOfRange(all, from, all.length));
      for (int token = 1; token < logProbs[node].length; token++) {
        if (logProbs[node][token] > logProbs[node][best[node]]) {
          best[node] = token;
        }
      }
    }
    return new NodeDistributions(
        sampling,
        best,
        node -> logProbs[node],
        node -> {
          throw new IllegalStateException("an exact model has no hidden states");
        });
  }

  /**
   * The distribution of the first tokens behind a prompt, the first of them by one speculative
   * pass.
   *
   * @param target an exact model
   * @param prompt one row, 1 token or more
   * @param sampling how tokens are picked
   * @param drafter deterministic but for the row's chance, over exact models
   * @param verifier who decides
   * @param tokens how many, 1 or more; V^tokens numbers come back
   * @return probability of each text, read as a number in base V, first token first
   */
  public static double[] enumerate(
      ContextModel target,
      int[] prompt,
      Sampling sampling,
      Drafter drafter,
      Verifier verifier,
      int tokens) {
    double[] probabilities = new double[(int) Math.pow(target.vocabulary(), tokens)];
    Script script = new Script();
    try (NDManager scope = Tensors.manager()) {
      do {
        script.rewind();
        Row row = new Row(0, prompt, sampling, script);
        row.room(tokens - 1);
        Draft draft;
        try (Drafting drafting =
            drafter.open(new Drafter.Prompt(new int[][] {prompt}, Optional.empty()))) {
          draft = drafting.draft(scope, new Row[] {row})[0].limited(tokens - 1);
        }
        NodeDistributions distributions = exact(target, prompt, draft, sampling);
        Decision decision = verifier.verify(draft, distributions, 0, script);
        int[] text = Arrays.copyOf(prompt, prompt.length + decision.path().length);
        for (int i = 1; i < decision.path().length; i++) {
          text[prompt.length + i - 1] = draft.tree().tokens()[decision.path()[i]];
        }
        text[text.length - 1] = decision.next();
        complete(
            target, sampling, text, prompt.length, tokens, script.probability(), probabilities);
      } while (script.advance());
    }
    return probabilities;
  }

  /**
   * The target's own distribution of the first tokens behind a prompt.
   *
   * @param target an exact model
   * @param prompt one row
   * @param sampling how tokens are picked
   * @param tokens how many
   * @return as {@link #enumerate}
   */
  public static double[] of(ContextModel target, int[] prompt, Sampling sampling, int tokens) {
    double[] probabilities = new double[(int) Math.pow(target.vocabulary(), tokens)];
    complete(target, sampling, prompt, prompt.length, tokens, 1, probabilities);
    return probabilities;
  }

  private static void complete(
      ContextModel target,
      Sampling sampling,
      int[] text,
      int start,
      int tokens,
      double probability,
      double[] probabilities) {
    if (text.length - start == tokens) {
      int index = 0;
      for (int i = start; i < text.length; i++) {
        index = index * target.vocabulary() + text[i];
      }
      probabilities[index] += probability;
      return;
    }
    Draft none = Draft.of(TokenTree.chain(text[text.length - 1]));
    double[] next = exact(target, text, none, sampling).probabilities(0);
    for (int token = 0; token < next.length; token++) {
      if (next[token] > 0) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = token;
        complete(target, sampling, longer, start, tokens, probability * next[token], probabilities);
      }
    }
  }

  /** Decisions taken in order; the last one that can still go another way changes first. */
  private static final class Script implements DecodingRandom {
    private final List<double[]> distributions = new ArrayList<>();
    private final List<Integer> choices = new ArrayList<>();
    private int at;

    void rewind() {
      at = 0;
    }

    @Override
    public boolean happens(double probability) {
      double p = Math.min(1, Math.max(0, probability));
      return draw(new double[] {p, 1 - p}) == 0;
    }

    @Override
    public int token(double[] probabilities, int position) {
      return draw(probabilities);
    }

    @Override
    public int draw(double[] probabilities) {
      if (at == choices.size()) {
        distributions.add(probabilities.clone());
        choices.add(next(probabilities, 0));
      }
      return choices.get(at++);
    }

    private static int next(double[] probabilities, int from) {
      int i = from;
      while (i < probabilities.length && !(probabilities[i] > 0)) {
        i++;
      }
      return i;
    }

    double probability() {
      double all = 1;
      for (int i = 0; i < at; i++) {
        all *= distributions.get(i)[choices.get(i)];
      }
      return all;
    }

    boolean advance() {
      while (!choices.isEmpty()) {
        double[] probabilities = distributions.removeLast();
        int other = next(probabilities, choices.removeLast() + 1);
        if (other < probabilities.length) {
          distributions.add(probabilities);
          choices.add(other);
          return true;
        }
      }
      return false;
    }
  }
}
