namespace Tat.Samples.Service.Settings;

/// <summary>The section <c>Service:Bucket</c>: where images are kept instead of a folder, in S3 or what is like it.</summary>
public sealed class BucketOptions
{
    /// <summary>The bucket; <see langword="null"/> for none.</summary>
    public string? Name { get; set; }

    /// <summary>The address of the store, such as <c>https://s3.eu-central-1.amazonaws.com</c>.</summary>
    public string? Url { get; set; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The key; <see langword="null"/> for that of the environment, as programs for AWS look for it.</summary>
    public string? AccessKey { get; set; }

    /// <summary>What proves that the key is one's own.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Checks every option, when the service starts.</summary>
    /// <param name="require">Is told whether an option holds, its name, and what to use instead.</param>
    internal void Validate(Action<bool, string, string> require)
    {
        require(Name is null == Url is null, nameof(Url), "set Name and Url, or neither");
        require(Name is null || Name.Length is >= 3 and <= 63 && Name.All(letter => char.IsAsciiLetterLower(letter)
            || char.IsAsciiDigit(letter) || letter is '-' or '.'), nameof(Name), "use 3 to 63 small letters, digits, dashes and points");
        require(Url is null || Uri.TryCreate(Url, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps
            || url is { Scheme: "http", IsLoopback: true }), nameof(Url), "give an address that begins with https");
        require(!string.IsNullOrWhiteSpace(Region), nameof(Region), "name a region, such as us-east-1");
        require(AccessKey is null == SecretKey is null, nameof(SecretKey), "set AccessKey and SecretKey, or neither");
    }
}
