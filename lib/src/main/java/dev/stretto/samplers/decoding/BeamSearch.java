package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Beam search: the k likeliest continuations that were found by going on from the k likeliest of
 * one token less. Each has a row of the state, and rows change places.
 */
public final class BeamSearch {
  private BeamSearch() {}

  /**
   * Continues prompts beside each other.
   *
   * @param model whose distribution
   * @param prompts ids of each
   * @param k beams of each, 1 to the vocabulary
   * @param tokens new ones of each beam; there is no end token
   * @return k continuations of each prompt with their log-likelihoods, best first
   */
  public static List<List<Hypothesis>> generate(
      TokenModel model, int[][] prompts, int k, int tokens) {
    if (k < 1 || k > model.vocabulary() || tokens < 1) {
      throw new IllegalArgumentException(
          "%d beams of %d tokens, expected 1 to %d and 1 or more"
              .formatted(k, tokens, model.vocabulary()));
    }
    Tensors.inference();
    List<List<Hypothesis>> beams =
        new ArrayList<>(Collections.nCopies(prompts.length, List.of(Hypothesis.EMPTY)));
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(prompts)) {
      for (int t = 0; t < tokens; t++) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while decoding");
        }
        List<TokenTree> trees = new ArrayList<>();
        for (int i = 0; i < prompts.length; i++) {
          for (Hypothesis hypothesis : beams.get(i)) {
            int[] before = t == 0 ? prompts[i] : hypothesis.tokens();
            trees.add(TokenTree.chain(before[before.length - 1]));
          }
        }
        List<Integer> rows = new ArrayList<>();
        try (NDManager pass = scope.newSubManager()) {
          FloatBuffer distributions =
              Tensors.floats(session.score(pass, trees.toArray(TokenTree[]::new)).logProbsBNV());
          for (int i = 0, row = 0; i < prompts.length; i++) {
            List<Extension> next = new ArrayList<>();
            for (Hypothesis hypothesis : beams.get(i)) {
              next.addAll(best(hypothesis, row++, distributions, model.vocabulary(), k));
            }
            next.sort(Comparator.comparingDouble(extension -> -extension.hypothesis().score()));
            next = next.subList(0, Math.min(k, next.size()));
            next.forEach(extension -> rows.add(extension.row()));
            beams.set(i, next.stream().map(Extension::hypothesis).toList());
          }
        }
        session.commit(trees.stream().map(_ -> new int[1]).toArray(int[][]::new));
        session.gather(rows.stream().mapToInt(Integer::intValue).toArray());
      }
      return beams;
    }
  }

  private record Extension(int row, Hypothesis hypothesis) {}

  private static List<Extension> best(
      Hypothesis hypothesis, int row, FloatBuffer logProbs, int vocabulary, int k) {
    double[] probabilities =
        IntStream.range(0, vocabulary)
            .mapToDouble(x -> logProbs.get(row * vocabulary + x))
            .toArray();
    return IntStream.of(TokenPicker.topK(probabilities, k))
        .mapToObj(x -> new Extension(row, hypothesis.append(x, probabilities[x])))
        .toList();
  }

  /**
   * Negative log-likelihood of continuations of several prompts, all in one pass.
   *
   * @param model who judges
   * @param prompts ids of each
   * @param continuations of each prompt, one or more
   * @return nats a token of each
   */
  public static List<double[]> negativeLogLikelihood(
      TokenModel model, int[][] prompts, List<List<int[]>> continuations) {
    Tensors.inference();
    List<int[]> rows = new ArrayList<>();
    List<TokenTree> trees = new ArrayList<>();
    for (int i = 0; i < prompts.length; i++) {
      for (int[] tokens : continuations.get(i)) {
        IntStream before = IntStream.of(prompts[i][prompts[i].length - 1]);
        IntStream read = Arrays.stream(tokens, 0, tokens.length - 1);
        int[] chain = IntStream.concat(before, read).toArray();
        trees.add(TokenTree.chain(chain));
        rows.add(prompts[i]);
      }
    }
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(rows.toArray(int[][]::new))) {
      NDArray logProbs = session.score(scope, trees.toArray(TokenTree[]::new)).logProbsBNV();
      int n = (int) logProbs.getShape().get(1);
      FloatBuffer distributions = Tensors.floats(logProbs);
      int row = 0;
      List<double[]> all = new ArrayList<>();
      for (List<int[]> those : continuations) {
        double[] nats = new double[those.size()];
        for (int j = 0; j < nats.length; j++, row++) {
          int[] tokens = those.get(j);
          for (int i = 0; i < tokens.length; i++) {
            nats[j] -=
                distributions.get((row * n + i) * model.vocabulary() + tokens[i]) / tokens.length;
          }
        }
        all.add(nats);
      }
      return all;
    }
  }
}
