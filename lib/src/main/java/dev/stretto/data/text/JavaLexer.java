package dev.stretto.data.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Java code as its lexical tokens (JLS 3.5, the longest match), comments and spaces dropped, each
 * numbered when it first comes. The JDK's own scanner is not public and {@code StreamTokenizer}
 * knows neither operators of two characters nor text blocks.
 *
 * <pre>{@code
 * var lexer = new JavaLexer();
 * int[] ids = lexer.encode(JavaLexer.split("int a = 1; // one"));   // int a = 1 ;
 * }</pre>
 */
public final class JavaLexer {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?s)(?<skip>\\s++|//[^\\n]*+|/\\*.*?\\*/)"
              + "|\"\"\".*?(?<!\\\\)\"\"\""
              + "|\"(?:[^\"\\\\\\n]|\\\\.)*+\""
              + "|'(?:[^'\\\\\\n]|\\\\.)++'"
              + "|\\.?[0-9](?:[eEpP][+-](?=[0-9])|[\\w.])*+"
              + "|\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*+"
              + "|>>>=|<<=|>>=|>>>|\\.\\.\\.|->|::|\\+\\+|--|&&|\\|\\||==|!=|<=|>=|<<|>>"
              + "|[-+*/&|^%]=|.");

  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> texts = new ArrayList<>();

  /** Nothing is numbered yet. */
  public JavaLexer() {}

  /**
   * Numbers tokens.
   *
   * @param tokens their texts, as {@link #split} gives them
   * @return one id a token; a token that is new gets the next free one
   */
  public int[] encode(List<String> tokens) {
    return tokens.stream().mapToInt(this::id).toArray();
  }

  private int id(String token) {
    Integer known = ids.putIfAbsent(token, texts.size());
    if (known == null) {
      texts.add(token);
    }
    return known == null ? texts.size() - 1 : known;
  }

  /**
   * The tokens of a source.
   *
   * @param source Java code
   * @return their texts in order
   */
  public static List<String> split(String source) {
    return TOKEN
        .matcher(source)
        .results()
        .filter(match -> match.group("skip") == null)
        .map(MatchResult::group)
        .toList();
  }

  /**
   * The token of an id.
   *
   * @param id of a token that came
   * @return its text
   */
  public String token(int id) {
    Checks.range("token id", id, 0, texts.size() - 1L);
    return texts.get(id);
  }

  /** {@return how many different tokens came} */
  public int vocabulary() {
    return texts.size();
  }
}
