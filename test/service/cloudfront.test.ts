import { existsSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { parseDocument, type Tags, type YAMLSeq } from 'yaml';
import { readConfig } from '../../service/config.ts';
import { SECURITY_HEADERS } from '../../service/http/headers.ts';
import { requireSameOrigin } from '../../service/portal/admin/origin.ts';
import { FILES } from '../../service/portal/pages.ts';
import { portal } from '../../service/portal/workload.ts';
import { startService } from '../support/service.ts';

const SERVICE = new URL('../../service/', import.meta.url);

const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER = '216adef6-5c7f-47e4-b989-5492eafa07d3';

interface Behavior {
  readonly PathPattern: string;
  readonly TargetOriginId: string;
  readonly ViewerProtocolPolicy: string;
  readonly AllowedMethods: readonly string[];
  readonly CachePolicyId: string;
  readonly OriginRequestPolicyId?: string;
  readonly ResponseHeadersPolicyId?: unknown;
}

interface Origin {
  readonly Id: string;
  readonly OriginAccessControlId?: unknown;
}

interface HeadersConfig {
  readonly SecurityHeadersConfig: {
    readonly ContentSecurityPolicy: { readonly ContentSecurityPolicy: string };
    readonly ContentTypeOptions: object;
    readonly FrameOptions: { readonly FrameOption: string };
    readonly ReferrerPolicy: { readonly ReferrerPolicy: string };
    readonly StrictTransportSecurity: {
      readonly AccessControlMaxAgeSec: number;
      readonly IncludeSubdomains: boolean;
    };
    readonly XSSProtection: { readonly Protection: boolean };
  };
  readonly CustomHeadersConfig: {
    readonly Items: readonly { readonly Header: string; readonly Value: string }[];
  };
}

interface Template {
  readonly Resources: {
    readonly Site: { readonly Properties: Record<string, unknown> };
    readonly SitePolicy: {
      readonly Properties: { readonly PolicyDocument: { readonly Statement: readonly object[] } };
    };
    readonly SiteHeaders: { readonly Properties: { readonly ResponseHeadersPolicyConfig: HeadersConfig } };
    readonly Distribution: {
      readonly Properties: {
        readonly DistributionConfig: {
          readonly DefaultRootObject: string;
          readonly DefaultCacheBehavior: Behavior;
          readonly CacheBehaviors: readonly Behavior[];
          readonly Origins: readonly Origin[];
        };
      };
    };
  };
}

/** The short forms of CloudFormation's functions as their long forms. */
const FUNCTIONS: Tags = ['Ref', 'GetAtt', 'Sub', 'If', 'Not', 'Equals'].flatMap((name) => {
  const key = name === 'Ref' ? name : `Fn::${name}`;
  return [
    { tag: `!${name}`, resolve: (value: string) => ({ [key]: value }) },
    {
      tag: `!${name}`,
      collection: 'seq' as const,
      resolve: (value: YAMLSeq) => ({ [key]: value.toJSON() as unknown }),
    },
  ];
});

const { Resources } = template();
const { Site, SitePolicy, SiteHeaders, Distribution } = Resources;
const distribution = Distribution.Properties.DistributionConfig;

function template(): Template {
  const text = readFileSync(new URL('cloudfront/template.yaml', SERVICE), 'utf8');
  const document = parseDocument(text, { customTags: FUNCTIONS });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Template;
}

/** The behavior that CloudFront takes: the first whose pattern matches, else the default. */
function behaviorOf(path: string): Behavior {
  const matches = ({ PathPattern }: Behavior) =>
    new RegExp(`^${PathPattern.replaceAll('*', '.*')}$`).test(path);
  return distribution.CacheBehaviors.find(matches) ?? distribution.DefaultCacheBehavior;
}

/** The key of the object in the bucket. */
const keyOf = (path: string) => (path === '/' ? distribution.DefaultRootObject : path.slice(1));

describe('the website in S3, behind CloudFront', () => {
  it('has each page and file of the portal in the bucket, but for those that the portal serves itself', () => {
    const fromSite = Object.entries(FILES).filter(([path]) => behaviorOf(path).TargetOriginId === 'site');
    expect(fromSite.map(([path]) => path)).toEqual(Object.keys(FILES).filter((path) => path !== '/admin'));
    for (const [path, file] of fromSite) {
      expect(keyOf(path)).toBe(file);
      expect(existsSync(new URL(`website/${keyOf(path)}`, SERVICE)), path).toBe(true);
    }
    expect(distribution.DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'redirect-to-https',
      AllowedMethods: ['GET', 'HEAD'],
      ResponseHeadersPolicyId: { Ref: 'SiteHeaders' },
    });
  });

  it('sends what the portal answers with every method to the load balancer, whole and uncached', () => {
    const log = pino({ level: 'silent' });
    const config = readConfig({ SERVICE_MODE: 'portal' });
    const { routes } = portal({
      config,
      log,
      tally: { total: 0, errors: 0 },
      redis: undefined,
      now: Date.now,
    });
    const paths = routes.map(({ operation }) => operation.path.replaceAll(/\{\w+\}/g, 'an-id'));
    expect(paths).toContain('/api/companies/an-id');
    for (const path of [...paths, '/admin', '/admin/', '/health'])
      expect(behaviorOf(path), path).toMatchObject({
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        CachePolicyId: CACHING_DISABLED,
        OriginRequestPolicyId: ALL_VIEWER,
      });
    expect(distribution.Origins.find(({ Id }) => Id === 'api')).toEqual({
      Id: 'api',
      DomainName: { Ref: 'DomainName' },
      CustomOriginConfig: {
        OriginProtocolPolicy: 'https-only',
        OriginSSLProtocols: ['TLSv1.2'],
        OriginReadTimeout: 30,
      },
      OriginCustomHeaders: {
        'Fn::If': [
          'HasSecret',
          [{ HeaderName: 'X-Origin-Secret', HeaderValue: { Ref: 'OriginSecret' } }],
          { Ref: 'AWS::NoValue' },
        ],
      },
    });
  });

  it('keeps what the service keeps for itself from everybody', () => {
    for (const path of ['/metrics', '/ready', '/status', '/apiary', '/administration'])
      expect(behaviorOf(path).TargetOriginId, path).toBe('site');
  });

  it('answers with the headers of the service', () => {
    const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } =
      SiteHeaders.Properties.ResponseHeadersPolicyConfig;
    const hsts = security.StrictTransportSecurity;
    const headers: Record<string, string> = {
      'Content-Security-Policy': security.ContentSecurityPolicy.ContentSecurityPolicy,
      'Referrer-Policy': security.ReferrerPolicy.ReferrerPolicy,
      'Strict-Transport-Security': `max-age=${hsts.AccessControlMaxAgeSec}${hsts.IncludeSubdomains ? '; includeSubDomains' : ''}`,
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': security.FrameOptions.FrameOption,
      'X-XSS-Protection': security.XSSProtection.Protection ? '1' : '0',
      ...Object.fromEntries(custom.Items.map(({ Header, Value }) => [Header, Value])),
    };
    // Of pages, Cache-Control is what their objects say.
    expect({ ...headers, 'Cache-Control': 'no-store' }).toEqual(Object.fromEntries(SECURITY_HEADERS));
    for (const header of [...Object.values(security), ...custom.Items])
      expect(header).toMatchObject({ Override: true });
  });

  it('has a bucket that nobody but this distribution reads, over TLS alone', () => {
    expect(Site.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    const statements = SitePolicy.Properties.PolicyDocument.Statement;
    const allowed = (Action: string, Resource: object) => ({
      Sid: expect.any(String),
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action,
      Resource,
      Condition: {
        StringEquals: {
          'AWS:SourceArn': {
            'Fn::Sub': 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}',
          },
        },
      },
    });
    expect(statements).toEqual([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [{ 'Fn::GetAtt': 'Site.Arn' }, { 'Fn::Sub': '${Site.Arn}/*' }],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      allowed('s3:GetObject', { 'Fn::Sub': '${Site.Arn}/*' }),
      allowed('s3:ListBucket', { 'Fn::GetAtt': 'Site.Arn' }),
    ]);
    expect(distribution.Origins.find(({ Id }) => Id === 'site')).toMatchObject({
      OriginAccessControlId: { Ref: 'SiteAccess' },
    });
  });
});

describe('a portal behind CloudFront and a load balancer', () => {
  it('with two trusted hops knows the browser by what CloudFront appended, whatever the browser itself had sent', async () => {
    const service = await startService({ SERVICE_MODE: 'portal', TRUSTED_PROXY_HOPS: '2' });
    try {
      // The load balancer appends the address of CloudFront, which is that of its connection.
      const headers = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7, 192.0.2.44' };
      await fetch(`${service.url}/health`, { headers });
      await expect
        .poll(() => service.lines.map((line) => JSON.parse(line) as { msg?: string; ip?: string }))
        .toContainEqual(expect.objectContaining({ msg: 'request', ip: '203.0.113.7' }));
    } finally {
      await service.stop();
    }
  });

  it('takes the changes of a browser without Sec-Fetch-Site by the Host that it knows, and no other', () => {
    const sent = (host: string) => () =>
      requireSameOrigin({
        header: (name) => ({ origin: 'https://portal.example.com', host })[name],
      });
    expect(sent('portal.example.com')).not.toThrow();
    // What it would be without AllViewer.
    expect(sent('backend.example.com')).toThrow('pages of this site only');
  });
});
