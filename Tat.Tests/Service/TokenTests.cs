using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Tat.Tests.Service;

/// <summary>Bearer tokens of an OpenID Connect authority.</summary>
[TestClass]
public sealed class TokenTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048), _other = RSA.Create(2048);

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [TestMethod]
    public async Task Tokens_of_the_authority_are_accepted_and_no_others()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        await using var authority = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]).Build();
        authority.MapGet("/.well-known/openid-configuration",
            () => new { issuer = authority.Urls.Single(), jwks_uri = $"{authority.Urls.Single()}/keys" });
        authority.MapGet("/keys", () => new
        {
            keys = new[] { new { kty = "RSA", use = "sig", kid = "1", n = Base64Url.EncodeToString(key.Modulus), e = "AQAB" } },
        });
        await authority.StartAsync();
        var issuer = authority.Urls.Single();
        await using var service = await RunningService.StartAsync(
            $"--Service:OpenIdConnect:Authority={issuer}", "--Service:OpenIdConnect:Audience=tat");

        Assert.AreEqual(HttpStatusCode.OK, await AskAsync(Token(_key, issuer, "tat", minutes: 5)));
        foreach (var token in new[]
        {
            null, "none", Token(_other, issuer, "tat", 5), Token(_key, "http://other.example", "tat", 5), Token(_key, issuer, "other", 5),
            Token(_key, issuer, "tat", -30),
        })
        {
            Assert.AreEqual(HttpStatusCode.Unauthorized, await AskAsync(token), token);
        }

        async Task<HttpStatusCode> AskAsync(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/jobs");
            request.Headers.Authorization = token is null ? null : new("Bearer", token);
            using var answer = await service.Client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    private static string Token(RSA key, string issuer, string audience, int minutes)
    {
        static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
        var content = Part(new { alg = "RS256", typ = "JWT", kid = "1" }) + "."
            + Part(new { iss = issuer, aud = audience, exp = DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeSeconds() });
        var signature = key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }
}
