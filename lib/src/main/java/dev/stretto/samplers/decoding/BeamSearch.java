package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Superposition.Line;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
   * Continues a prompt.
   *
   * @param model whose law
   * @param prompt ids
   * @param k beams, 1 to the vocabulary
   * @param tokens new ones of each; there is no end token
   * @return k continuations with their log-likelihoods, best first
   */
  public static List<Line> generate(TokenModel model, int[] prompt, int k, int tokens) {
    if (k < 1 || k > model.vocabulary() || tokens < 1) {
      throw new IllegalArgumentException(
          "%d beams of %d tokens, expected 1 to %d and 1 or more"
              .formatted(k, tokens, model.vocabulary()));
    }
    Tensors.inference();
    List<Line> beams = List.of(new Line(new int[0], 0));
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(prompt)) {
      int last = prompt[prompt.length - 1];
      for (int t = 0; t < tokens; t++) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while decoding");
        }
        TokenTree[] trees =
            beams.stream()
                .map(line -> TokenTree.chain(line.tokens().length == 0 ? last : line.tokens()[line.tokens().length - 1]))
                .toArray(TokenTree[]::new);
        List<Extension> next = new ArrayList<>();
        try (NDManager pass = scope.newSubManager()) {
          NDArray logProbs = session.score(pass, trees).logProbsBNV();
          for (int row = 0; row < trees.length; row++) {
            next.addAll(best(beams.get(row), row, Tensors.floats(logProbs), model.vocabulary(), k));
          }
        }
        next.sort(Comparator.comparingDouble(extension -> -extension.line().score()));
        next = next.subList(0, Math.min(k, next.size()));
        session.commit(IntStream.range(0, trees.length).mapToObj(_ -> new int[1]).toArray(int[][]::new));
        session.gather(next.stream().mapToInt(Extension::row).toArray());
        beams = next.stream().map(Extension::line).toList();
      }
      return beams;
    }
  }

  private record Extension(int row, Line line) {}

  private static List<Extension> best(
      Line line, int row, FloatBuffer logProbs, int vocabulary, int k) {
    return IntStream.range(0, vocabulary)
        .boxed()
        .sorted(Comparator.comparingDouble(x -> -logProbs.get(row * vocabulary + x)))
        .limit(k)
        .map(x -> new Extension(row, line.then(x, logProbs.get(row * vocabulary + x))))
        .toList();
  }

  /**
   * How surprising continuations are to a model, all in one pass.
   *
   * @param model who judges
   * @param prompt ids
   * @param continuations one or more
   * @return nats a token of each
   */
  public static double[] surprise(TokenModel model, int[] prompt, List<int[]> continuations) {
    Tensors.inference();
    int last = prompt[prompt.length - 1];
    TokenTree[] trees =
        continuations.stream()
            .map(
                tokens -> {
                  int[] chain = new int[tokens.length];
                  chain[0] = last;
                  System.arraycopy(tokens, 0, chain, 1, tokens.length - 1);
                  return TokenTree.chain(chain);
                })
            .toArray(TokenTree[]::new);
    int[][] prompts = new int[trees.length][];
    Arrays.fill(prompts, prompt);
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(prompts)) {
      NDArray logProbs = session.score(scope, trees).logProbsBNV();
      int n = (int) logProbs.getShape().get(1);
      FloatBuffer laws = Tensors.floats(logProbs);
      double[] nats = new double[trees.length];
      for (int row = 0; row < nats.length; row++) {
        int[] tokens = continuations.get(row);
        for (int i = 0; i < tokens.length; i++) {
          nats[row] -=
              laws.get((row * n + i) * model.vocabulary() + tokens[i]) / tokens.length;
        }
      }
      return nats;
    }
  }
}
